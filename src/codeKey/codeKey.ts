/**
 * The code key: what a notebook executes, as a digest. Specified in `docs/code-key.md`; the server's twin is
 * `jupyterlab_cache/notebooks/code_key.py`.
 */

import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex } from '@noble/hashes/utils';

/** Names the version of the method. */
export const KEY_PREFIX = 'ck1-';

/** The tags that change what an execution does, in the order in which they enter a digest. */
const EXECUTION_TAGS = ['raises-exception', 'skip-execution'];

const BLANK = /^[\t\n\v\f\r ]*$/;
// With the flag `u` a pair of surrogates is one character, so that only lone ones match.
const LONE_SURROGATE = /[\uD800-\uDFFF]/gu;
// The whole run of CR at once: from each of them on it would be quadratic.
const CARRIAGE_RETURNS = /\r+\n?/g;

const encoder = new TextEncoder();

/** The text with each lone surrogate replaced by U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, '\uFFFD');
}

/**
 * The source of a cell as it enters the key, and as it is executed. What is in normal form already
 * stays as it is.
 *
 * @param source - One string, or lines to be joined without a separator.
 */
export function normaliseSource(source: string | readonly string[]): string {
  const text = typeof source === 'string' ? source : source.join('');
  return wellFormed(
    text.replace(CARRIAGE_RETURNS, run => (run.endsWith('\n') ? '\n' : run))
  );
}

/** Whether a normalised source holds nothing that could be executed. */
export function isBlank(source: string): boolean {
  return BLANK.test(source);
}

/**
 * The tags that enter a cell's digest.
 *
 * @param tags - `metadata.tags` as it stands; anything but a list of strings counts as no tags.
 */
export function executionFlags(tags: unknown): string[] {
  if (!Array.isArray(tags) || !tags.every(tag => typeof tag === 'string')) {
    return [];
  }
  return EXECUTION_TAGS.filter(tag => tags.includes(tag));
}

/**
 * Digest of one code cell, 64 hexadecimal digits.
 *
 * @param source - Normalised source.
 * @param flags - As {@link executionFlags} gives them.
 */
export function cellDigest(
  source: string,
  flags: readonly string[] = []
): string {
  return hexDigest(`cell\n${flags.join(',')}\n${source}`);
}

/**
 * For all that is executed the key of the notebook up to and including it.
 *
 * @param kernelName - Name of the kernelspec.
 * @param digests - Of code cells that are not blank and inline expressions, in order.
 */
export function prefixKeys(
  kernelName: string,
  digests: readonly string[]
): string[] {
  let key = kernelKey(kernelName);
  return digests.map(digest => (key = hexDigest(`prefix\n${key}\n${digest}`)));
}

/**
 * Digest of everything that is executed: `ck1-` and 64 hexadecimal digits.
 *
 * @param kernelName - Name of the kernelspec.
 * @param digests - Of all that is executed, in order: code cells that are not blank, inline expressions.
 */
export function codeKey(
  kernelName: string,
  digests: readonly string[]
): string {
  const keys = prefixKeys(kernelName, digests);
  return KEY_PREFIX + (keys[keys.length - 1] ?? kernelKey(kernelName));
}

function kernelKey(kernelName: string): string {
  return hexDigest(`kernel\n${wellFormed(kernelName)}`);
}

/** SHA-256 of a text as UTF-8, in hexadecimal digits. */
export function hexDigest(text: string): string {
  return bytesToHex(sha256(encoder.encode(text)));
}
