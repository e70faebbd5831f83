// socket_io.mjs PORT [ws | eiows | uws]: the testbed's common app on Node's socket.io, over one of its WebSocket engines.
import http from "node:http";
import { createRequire } from "node:module";

import { Server } from "socket.io";

const require = createRequire(import.meta.url);
const [port, engine = "ws"] = process.argv.slice(2);

function commonApp(namespace) {
  namespace.on("connection", (socket) => {
    socket.on("echo", (...args) => {
      const ack = args.pop();
      if (typeof ack === "function") ack(...args);
    });
    socket.on("bcast", (...args) => {
      const ack = typeof args.at(-1) === "function" ? args.pop() : null;
      namespace.emit("bcast", ...args);
      ack?.();
    });
    socket.on("join", (room, ack) => {
      if (typeof room !== "string") return;
      socket.join(room);
      ack?.(room);
    });
    socket.on("leave", (room, ack) => {
      if (typeof room !== "string") return;
      socket.leave(room);
      ack?.(room);
    });
    socket.on("room", (room, payload, ack) => {
      namespace.to(room).emit("room", payload);
      ack?.();
    });
  });
}

const options = engine === "eiows" ? { wsEngine: require("eiows").Server } : {};
const io = new Server(options);
commonApp(io);
commonApp(io.of("/matrix"));

const ready = () => console.log(`socket.io on ${engine}: listening on 127.0.0.1:${port}`);
if (engine === "uws") {
  const { App } = require("@trufflesuite/uws-js-unofficial");
  const app = App();
  io.attachApp(app);
  app.listen("127.0.0.1", Number(port), (socket) => (socket ? ready() : process.exit(1)));
} else {
  const server = http.createServer();
  io.attach(server);
  server.listen(Number(port), "127.0.0.1", ready);
}
process.on("SIGTERM", () => process.exit(0));
