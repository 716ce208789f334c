import {
  composeLastingCommand,
  describePolicyOwner,
  readPolicyOwner,
} from '../../../core/alert/policy-owner.ts';

const TAGS = {
  'aws:cloudformation:stack-name': 'Thumbnails',
  'aws:cloudformation:stack-id':
    'arn:aws:cloudformation:eu-west-1:111122223333:stack/Thumbnails/3f2a0c10-0000-11f0-8000-0a1b2c3d4e5f',
  'aws:cloudformation:logical-id': 'ResizeFunction0A1B2C3D',
  team: 'pictures',
};

describe('who owns a policy', () => {
  it('is the stack that the tags of CloudFormation name', () => {
    expect(readPolicyOwner(TAGS)).toEqual({
      kind: 'stack',
      stackName: 'Thumbnails',
      stackId: TAGS['aws:cloudformation:stack-id'],
      logicalId: 'ResizeFunction0A1B2C3D',
    });
  });

  it('is that stack too where only its name is tagged', () => {
    expect(readPolicyOwner({ 'aws:cloudformation:stack-name': 'Thumbnails' })).toEqual({
      kind: 'stack',
      stackName: 'Thumbnails',
      stackId: null,
      logicalId: null,
    });
  });

  it.each([
    ['no tags', {}],
    ['tags of people', { 'cloudformation:stack-name': 'Thumbnails', managedBy: 'terraform' }],
    ['an empty stack name', { 'aws:cloudformation:stack-name': '' }],
    ['a tag named like a property of every object', { constructor: 'x' }],
  ])('is not told by %s', (_, tags) => {
    expect(readPolicyOwner(tags)).toEqual({ kind: 'untagged' });
  });

  it('is described with the stack and the resource, and with what the tags cannot tell', () => {
    const text = describePolicyOwner(readPolicyOwner(TAGS)).join(' ');
    expect(text).toContain('CloudFormation stack Thumbnails (resource ResizeFunction0A1B2C3D)');
    expect(text).toContain('another stack');
  });

  it('is described as unknown, with the reason, where the tags were not to be read', () => {
    const [text] = describePolicyOwner({ kind: 'unknown', reason: '`lambda:ListTags` is not allowed' });
    expect(text).toContain('Unknown: `lambda:ListTags` is not allowed');
  });

  it('claims no tool where there is no tag', () => {
    expect(describePolicyOwner({ kind: 'untagged' }).join(' ')).not.toMatch(/terraform/i);
  });

  it('is pointed to the command that prints the lasting policy, qualifier included', () => {
    const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
    expect(composeLastingCommand(arn, 'live')).toBe(
      `npx invokeguard plan --function '${arn}:live' --format cloudformation`,
    );
  });
});
