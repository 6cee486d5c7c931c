/** Says, once and before any of them runs, what the suites of KurrentDB run against. */
export default () => {
  process.stdout.write(
    process.env.KURRENTDB_URL
      ? '\nThe suites of KurrentDB run against the server that KURRENTDB_URL names. Those of faults that only a stand-in can be told to have are skipped.\n'
      : '\nThe suites of KurrentDB run against a stand-in (test/kurrentdb-stand-in). KURRENTDB_URL names a server.\n',
  );
};
