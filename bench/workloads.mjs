// What is measured: arguments of bench_load. `quick` is the first look; the rest takes its time.
export const workloads = [
  { name: "echo, 1 in flight", quick: true, args: ["echo", "--connections", "100", "--in-flight", "1", "--payload", "32"] },
  { name: "echo, 16 in flight", quick: true, args: ["echo", "--connections", "100", "--in-flight", "16", "--payload", "32"] },
  { name: "broadcast to 1000, one at a time", quick: true,
    args: ["broadcast", "--connections", "1000", "--senders", "1", "--in-flight", "1", "--payload", "64"] },
  { name: "broadcast to 1000, 16 senders, 16 in flight", quick: true,
    args: ["broadcast", "--connections", "1000", "--senders", "16", "--in-flight", "16", "--payload", "64"] },
  { name: "rooms, 2000 in 200", args: ["rooms", "--connections", "2000", "--rooms", "200", "--payload", "64"] },
  { name: "polling echo, 100 clients", polling: true, args: ["polling", "--connections", "100", "--payload", "32"] },
  { name: "connections opened", args: ["connect", "--in-flight", "64"] },
  { name: "idle memory, 19 000 connections", idle: true, args: ["idle", "--connections", "19000", "--seconds", "1"] },
];
