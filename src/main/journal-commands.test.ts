import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { test } from "node:test";
import { appendEntries, buildOrigin } from "../../test/support/build-journal.ts";
import { TempFolder } from "../../test/support/temp-folder.ts";
import { openJournal } from "../control/journal/sqlite-journal.ts";
import { replayFile } from "./journal-commands.ts";

test("a journal that was copied without its log is no journal of which all is the same", () => {
  const folder = new TempFolder();
  const file = folder.resolve("journal.db");
  const copy = folder.resolve("copy.db");
  const journal = openJournal(file, { create: buildOrigin() });
  appendEntries(journal, 3);
  copyFileSync(file, copy);
  journal.close();
  assert.throws(() => replayFile(copy), {
    name: "UsageError",
    message: /copy\.db holds no entries.*copy\.db-wal/,
  });
});
