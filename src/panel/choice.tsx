import * as React from 'react';

/** What there is to choose from. */
export interface IChoiceProps<T extends string> {
  /** What the choice is called. */
  readonly label: string;
  /** The values with their words. */
  readonly options: readonly [T, string][];

  /** What is chosen. */
  readonly value: T;

  readonly onChoose: (value: T) => void;
}

/** One of some values. */
export function Choice<T extends string>(props: IChoiceProps<T>): JSX.Element {
  const { label, options, value, onChoose } = props;
  return (
    <select
      aria-label={label}
      value={value}
      onChange={event => {
        const chosen = options.find(([name]) => name === event.target.value);
        if (chosen) {
          onChoose(chosen[0]);
        }
      }}
    >
      {options.map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  );
}
