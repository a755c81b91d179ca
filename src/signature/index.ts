export { type ExplainRequest, type Explanation, explainSignature } from './explain.js';
export type { MismatchCause } from './guess.js';
export {
  type FormPairs,
  type FormParams,
  isSignature,
  isSignedExactly,
  type SignRequest,
  signRequest,
  withBodyHash,
} from './sign.js';
export {
  type AuthToken,
  type AuthTokenLookup,
  createTokenSource,
  type TokenSource,
  type TokenSourceOptions,
  TooManyLookups,
} from './tokens.js';
export { type UrlChange, type UrlVariant, urlVariants } from './url.js';
export {
  type SignatureFailure,
  type VerifyRequest,
  type VerifyResult,
  verifyRequest,
} from './verify.js';
