/** One object of a bucket. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/** What lies directly in a folder of a bucket. Folders are keys that end in `/`. */
export interface ObjectFolder {
  readonly folders: readonly string[];
  readonly objects: readonly StoredObject[];
}

/**
 * The port to a store of objects such as S3. Whatever it cannot do it throws as an error whose message is the reason,
 * ready to be shown behind the name of the object, and which has a `code`.
 */
export interface ObjectStore {
  /** The object of exactly that key, if there is one. */
  readonly findObject: (bucket: string, key: string) => Promise<StoredObject | undefined>;
  /** @param folder ends in `/`; empty for the whole bucket */
  readonly listFolder: (bucket: string, folder: string) => Promise<ObjectFolder>;
  /** The bytes of an object, as they are stored. May be called again to read it again. */
  readonly openObject: (bucket: string, key: string, signal: AbortSignal) => AsyncIterable<Uint8Array>;
}
