// A member of a gang that works for so long, saves, and crashes:
// node member.js WORK_MS EVERY_MS|- SAVE_MS CRASH_MS|-
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

const [workMs, everyMs, saveMs, crashMs] = process.argv.slice(2).map(Number);
const {
  NEURAXIS_CHECKPOINT_DIR: folder,
  NEURAXIS_MEMBER: member,
  NEURAXIS_ATTEMPT: attempt,
} = process.env;
const file = folder && path.join(folder, `member-${member}`);
/** What passes between two looks at the clock, when nothing stands still. */
const STEP_MS = 150;

let doneMs = readSaved();
let savedMs = doneMs;
let lookedMs = performance.now();
let isLeaving = false;

if (file) {
  process.on("SIGTERM", () => {
    isLeaving = true;
    setTimeout(() => {
      save();
      process.exit(75);
    }, saveMs);
  });
}
if (folder) writeFileSync(path.join(folder, `.listens-${attempt}-${member}`), "");
setInterval(work, 5);

function work() {
  const nowMs = performance.now();
  if (!isLeaving) doneMs += Math.min(nowMs - lookedMs, STEP_MS);
  lookedMs = nowMs;
  if (isLeaving) return;
  if (attempt === "1" && doneMs >= crashMs) process.exit(1);
  if (doneMs >= workMs) process.exit(0);
  if (doneMs - savedMs >= everyMs) save();
}

function save() {
  savedMs = doneMs;
  writeFileSync(`${file}.tmp`, String(doneMs));
  renameSync(`${file}.tmp`, file);
}

function readSaved() {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return 0;
  }
}
