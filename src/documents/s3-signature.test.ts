/** Signatures are those that AWS's own examples have. */
import { expect, test } from 'vitest';
import { encodeSegment, NO_BODY, signRequest } from './s3-signature.ts';

// The examples' own key, https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
const credentials = {
  keyId: 'AKIAIOSFODNN7EXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: null,
};
const NOW = Date.UTC(2013, 4, 24);

function signatureOf(request: Partial<Parameters<typeof signRequest>[0]> & { url: URL }): string {
  const headers = signRequest(
    { method: 'GET', region: 'us-east-1', now: NOW, bodySha256: NO_BODY, ...request },
    credentials,
  );
  return headers['authorization'] ?? '';
}

test('a read of a range is signed as in the example', () => {
  const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt');
  expect(signatureOf({ url, headers: { range: 'bytes=0-9' } })).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
      'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,' +
      'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
});

test('an upload under a name with odd signs is signed as in the example', () => {
  const url = new URL(`https://examplebucket.s3.amazonaws.com/${encodeSegment('test$file.text')}`);
  const bodySha256 = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072';
  const headers = {
    date: 'Fri, 24 May 2013 00:00:00 GMT',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
  };
  expect(signatureOf({ method: 'PUT', url, bodySha256, headers })).toContain(
    'Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  );
});

test('temporary credentials send their token, signed', () => {
  const headers = signRequest(
    {
      method: 'GET',
      url: new URL('https://s3.us-east-1.amazonaws.com/papers/x'),
      region: 'us-east-1',
      now: NOW,
      bodySha256: NO_BODY,
    },
    { ...credentials, sessionToken: 'token' },
  );
  expect(headers['x-amz-security-token']).toBe('token');
  expect(headers['authorization']).toContain('x-amz-date;x-amz-security-token,');
});
