export * from './codeKey';
export * from './outputsDigest';
