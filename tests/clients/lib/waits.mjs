// Waiting for what a client of any version, in Node or in a page, is to do: nothing is imported.

const LIMIT_MS = 20_000;

/** `promise`, or an error that names `what` after the limit. */
export function limited(promise, what, limitMs = LIMIT_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Looks again and again until `condition()` holds. */
export function until(condition, what) {
  let late = false;
  const watch = async () => {
    while (!late && !condition()) await pause(2);
  };
  return limited(watch(), what).finally(() => (late = true));
}

/** Emits and waits for the acknowledgement; gives its arguments. */
export function call(socket, event, ...args) {
  return limited(new Promise((resolve) => socket.emit(event, ...args, (...reply) => resolve(reply))), `ack of ${event}`);
}

/** The arguments of the next `event`. */
export function next(emitter, event) {
  return limited(new Promise((resolve) => emitter.once(event, (...args) => resolve(args))), event);
}

/** The first arguments of the next `count` events; `seen` holds those that have come so far. */
export function collect(emitter, event, count) {
  const seen = [];
  const all = new Promise((resolve) => {
    const take = (value) => {
      seen.push(value);
      if (seen.length === count) {
        emitter.removeListener(event, take);
        resolve(seen);
      }
    };
    emitter.on(event, take);
  });
  return Object.assign(limited(all, `${count} of ${event}`), { seen });
}

/** For where there is no `node:assert`: whether JSON makes the same of two values. */
export function same(actual, expected, what = "") {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`${what} got ${got?.slice(0, 500)}, expected ${wanted?.slice(0, 500)}`);
}
