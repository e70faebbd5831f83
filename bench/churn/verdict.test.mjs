import assert from "node:assert/strict";
import { test } from "node:test";

import { judge } from "./verdict.mjs";

const MEGABYTE = 1024 * 1024;
const megabytes = (...numbers) => judge(numbers.map((number) => number * MEGABYTE)).flat;

test("memory that stays, or falls, is flat", () => {
  assert.ok(megabytes(20, 20, 20, 20, 20));
  assert.ok(megabytes(20, 21, 20.5, 20, 19));
});

test("what the first rounds have taken does not count", () => {
  assert.ok(megabytes(10, 20, 20, 20, 20));
  assert.ok(megabytes(5, 10, 15, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20));
});

test("one round above the others is no growth", () => assert.ok(megabytes(20, 20, 20, 20, 20, 20, 20, 20, 25, 20)));

test("memory that goes on growing is not flat", () => {
  assert.ok(!megabytes(20, 22, 24, 26, 28));
  assert.ok(!megabytes(...Array.from({ length: 20 }, (_, i) => 50 + i * 0.5)));
});

test("too few rounds are not judged", () => assert.throws(() => megabytes(1, 1, 1, 1), /too few/));
