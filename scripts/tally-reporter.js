/**
 * A node:test reporter that writes, as JSON, how many tests passed and failed and which were
 * skipped. A test marked `todo` did not count for anything either, so it stands among the skipped.
 */
// oxlint-disable-next-line import/no-default-export -- node:test takes a reporter as the default.
export default async function* tally(events) {
  const skipped = [];
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of events) {
    const isLeftOut =
      (type === "test:pass" || type === "test:fail") &&
      (data.skip !== undefined || data.todo !== undefined);
    if (isLeftOut) skipped.push(`${data.file ?? ""}: ${data.name}`);
    if (type === "test:summary" && data.file === undefined) {
      passed = data.counts.passed;
      failed = data.counts.failed + data.counts.cancelled;
    }
  }
  yield JSON.stringify({ passed, failed, skipped });
}
