export * from './codeKey';
export * from './expressions';
export * from './outputsDigest';
export * from './userExpressions';
