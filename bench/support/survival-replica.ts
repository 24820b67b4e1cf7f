/**
 * A replica that writes down what becomes of it, as survival-job.sh does: LIFE.NUMBER.start and .end.
 * `/crash` ends it with 1.
 */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";

const { RECORDS = "", LIFE = "", NEURAXIS_REPLICA = "", PORT } = process.env;
const mine = `${RECORDS}/${LIFE}.${NEURAXIS_REPLICA.split("/")[1]}`;

function record(kind: "start" | "end", text: string): void {
  try {
    writeFileSync(`${mine}.${kind}`, text, { flag: "wx" });
  } catch {
    writeFileSync(`${mine}.again`, "");
  }
}

const server = createServer((request, response) => {
  if (request.url === "/crash") {
    record("end", "crashed");
    process.exit(1);
  }
  response.end("well");
});
record("start", String(process.pid));
process.on("SIGTERM", () => {
  record("end", "left");
  process.exit(0);
});
server.listen(Number(PORT), "127.0.0.1");
