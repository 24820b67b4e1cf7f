// Serves requests such as /work?ms=200 one after the other, on the port of the variable PORT.
import { createServer } from "node:http";

const server = createServer((request, response) => {
  const ms = Number(new URL(request.url, "http://localhost").searchParams.get("ms") ?? 0);
  setTimeout(() => response.end("done\n"), ms);
});
server.listen(Number(process.env.PORT), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
