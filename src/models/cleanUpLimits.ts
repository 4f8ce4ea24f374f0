import type { CollectionRequest } from '../contract';

const MB = 1e6;
const DAY = 86_400;

/** The limits that a person can set. */
export type LimitName = 'megabytes' | 'days' | 'entries';

/** A limit, and whether it is to be kept. */
export interface ILimit {
  readonly isOn: boolean;

  /** As it stands in its field. */
  readonly text: string;
}

/** What is to be kept of a store when it is cleaned up. */
export type CleanUpLimits = Readonly<Record<LimitName, ILimit>>;

/** What a person finds at first: what nobody used for three months goes. */
export const DEFAULT_LIMITS: CleanUpLimits = {
  days: { isOn: true, text: '90' },
  megabytes: { isOn: false, text: '1000' },
  entries: { isOn: false, text: '1000' }
};

/** The limits of {@link DEFAULT_LIMITS}, in the order in which a person meets them. */
export const LIMIT_NAMES: readonly LimitName[] = [
  'days',
  'megabytes',
  'entries'
];

/**
 * The number that a person wrote for a limit; null when it is none that makes sense: a number of 0 or more,
 * for entries a whole one.
 */
export function numberOf(name: LimitName, text: string): number | null {
  const number = text.trim() === '' ? NaN : Number(text);
  const isGood =
    Number.isFinite(number) &&
    number >= 0 &&
    number * MB <= Number.MAX_SAFE_INTEGER &&
    (name !== 'entries' || Number.isInteger(number));
  return isGood ? number : null;
}

/** The first limit that is to be kept and makes no sense; null when all do. */
export function wrongLimit(limits: CleanUpLimits): LimitName | null {
  return (
    LIMIT_NAMES.find(
      name => limits[name].isOn && numberOf(name, limits[name].text) === null
    ) ?? null
  );
}

/** What the server is to be asked for with these limits, all of which make sense. */
export function collectionOf(
  path: string,
  limits: CleanUpLimits,
  preview: boolean
): CollectionRequest {
  const valueOf = (name: LimitName): number | null =>
    limits[name].isOn ? numberOf(name, limits[name].text) : null;
  const days = valueOf('days');
  const megabytes = valueOf('megabytes');
  const entries = valueOf('entries');
  return {
    path,
    preview,
    ...(days === null ? {} : { max_age: days * DAY }),
    ...(megabytes === null ? {} : { max_bytes: Math.round(megabytes * MB) }),
    ...(entries === null ? {} : { max_entries: entries })
  };
}
