// The CDK validates every template on each synth; in unit tests that costs six times the suite's run time.
// `cdk synth` in the end-to-end test keeps it on.
process.env.CDK_VALIDATION = 'false';
