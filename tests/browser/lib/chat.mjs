// Runs the chat for tests: on a free port, with a database of its own. SIO_CHAT names the executable.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

const START_LIMIT_MS = 15_000;
const STOP_LIMIT_MS = 15_000;

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export class Chat {
  #child = null;
  #ended;
  #directory = mkdtempSync(path.join(tmpdir(), 'sio-chat-'));
  #environment;
  #port = 0;
  log = '';

  /** `environment`: variables for it beside this process's. */
  static async start(environment = {}) {
    const chat = new Chat();
    chat.#environment = environment;
    await chat.begin();
    return chat;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  // Starts it, or starts it again: on the port that it had.
  async begin() {
    const executable = process.env.SIO_CHAT;
    if (!executable) {
      throw new Error('SIO_CHAT must name the executable of the chat');
    }
    const args = ['--port', String(this.#port), '--database', path.join(this.#directory, 'chat.db')];
    const child = spawn(executable, args, {
      env: { ...process.env, ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.log = (this.log + text).slice(-100_000);
    });
    this.#ended = new Promise((resolve) => {
      child.on('error', (error) => resolve({ error }));
      child.on('exit', (code, signal) => {
        running.delete(child);
        resolve({ code, signal });
      });
    });
    const lines = readline.createInterface({ input: child.stdout });
    const address = new Promise((resolve) => {
      lines.on('line', (line) => {
        const found = /http:\/\/\S+:(\d+)/.exec(line);
        if (found) {
          resolve(Number(found[1]));
        }
      });
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
    const first = await Promise.race([address, this.#ended]);
    clearTimeout(timer);
    if (typeof first !== 'number') {
      throw new Error(`the chat ended before it was ready: ${JSON.stringify(first)}\n${this.log}`);
    }
    this.#port = first;
  }

  // In order, by SIGTERM: it must end with status 0.
  async stop() {
    const { code, signal } = await this.#end('SIGTERM');
    if (code !== 0) {
      throw new Error(`the chat ended with ${signal ?? `status ${code}`}\n${this.log}`);
    }
  }

  // As a crash would end it.
  async crash() {
    await this.#end('SIGKILL');
  }

  // At the end of the tests.
  async close() {
    try {
      if (this.#child.exitCode === null && this.#child.signalCode === null) {
        await this.stop();
      }
    } finally {
      rmSync(this.#directory, { recursive: true, force: true });
    }
  }

  async #end(signal) {
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    const status = await this.#ended;
    clearTimeout(timer);
    return status;
  }
}
