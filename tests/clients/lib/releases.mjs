// The versions of the official client that are tested, and in what they differ.

/**
 * @typedef {object} Traits
 * @property {"eio3" | "eio4"} generation
 * @property {boolean} encodesTwice text goes out as UTF-8 of UTF-8 over long-polling, so that it takes twice the bytes
 * @property {boolean} idHasNamespace the client's own `socket.id` begins with the namespace, as the server's does
 * @property {boolean} namespaceQuery a namespace may have a query of its own (`manager.socket("/matrix", { query })`)
 * @property {boolean} comesBack a socket can be connected again after it was disconnected
 */

const eio4 = { generation: "eio4" };
const eio3 = { generation: "eio3", encodesTwice: false, idHasNamespace: true, namespaceQuery: true, comesBack: true };

/** @type {Record<string, Traits>} */
export const releases = {
  "4.8": eio4,
  "4.0": eio4,
  "3.1": eio4,
  "2.5": eio3,
  "2.0": eio3,
  "1.7": { ...eio3, encodesTwice: true, idHasNamespace: false },
  "1.0": { ...eio3, encodesTwice: true, idHasNamespace: false, namespaceQuery: false, comesBack: false },
};

/**
 * `bytes` as a kind of binary that the client knows: the wanted one, if possible. Before 3.0, a Uint8Array is not binary.
 * 1.0 asks every value for its `buffer`, which Buffers did not have in the Node of its days: to it, a Buffer of ours is the
 * pool that it lies in; and it cannot read an ArrayBuffer.
 *
 * @param {"Buffer" | "Uint8Array" | "ArrayBuffer"} kind
 */
export function binary(version, bytes, kind = "Buffer") {
  const buffer = Buffer.from(bytes);
  if (version === "1.0") return Object.defineProperty(buffer, "buffer", { value: undefined });
  if (kind === "ArrayBuffer") return new Uint8Array(bytes).buffer;
  return kind === "Uint8Array" && releases[version].generation === "eio4" ? new Uint8Array(bytes) : buffer;
}
