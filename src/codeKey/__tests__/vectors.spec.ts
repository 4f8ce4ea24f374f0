import { digestsOf, file, notebookOf } from './notebooks';

describe('the vectors that both languages share', () => {
  it('are many', () => {
    expect(file.vectors.length).toBeGreaterThan(60);
  });

  it.each(file.vectors.map(vector => [vector.name, vector] as const))(
    '%s',
    (_, vector) => {
      expect(digestsOf(notebookOf(vector))).toEqual(vector.expected);
    }
  );
});
