import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceFile } from '../src/replace-file.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replace-file-'));
  file = join(folder, 'state.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('makes the file and replaces it, and nothing stays beside it', () => {
  for (const text of ['one', 'two, longer', '']) {
    replaceFile(file, text);
    expect(readFileSync(file, 'utf8')).toBe(text);
  }
  expect(readdirSync(folder)).toEqual(['state.json']);
});

test('gives the new file its mode, whatever the old one and a rest of a killed process had', () => {
  writeFileSync(file, 'old', { mode: 0o644 });
  writeFileSync(`${file}.${process.pid}.new`, 'rest', { mode: 0o666 });
  replaceFile(file, 'secret', { mode: 0o600 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toBe('secret');
});

test('throws what the file system says, and leaves everything as it was', () => {
  mkdirSync(join(file, 'inside'), { recursive: true });
  expect(() => replaceFile(file, 'text')).toThrow(expect.objectContaining({ code: 'EISDIR' }));
  expect(readdirSync(folder)).toEqual(['state.json']);
  expect(() => replaceFile(join(folder, 'absent', 'file'), 'text')).toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  );
});
