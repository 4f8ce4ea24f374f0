/** How long a message stays that asks nothing of the person, in milliseconds. */
export const SHORT_MS = 4000;
