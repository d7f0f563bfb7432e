import { describe, expect, it } from '@jest/globals';

import { EMPTY_SHA256, type S3Request, signS3Request } from './s3-signature.ts';

/** Of Amazon's published examples for S3 (Signature Version 4, authorization header, transfer in one chunk). */
const EXAMPLE = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};
interface Example {
  what: string;
  request: Omit<S3Request, 'bodySha256'> & Partial<S3Request>;
  names: string;
  signature: string;
}

const AT = new Date('2013-05-24T00:00:00Z');
const HOST = 'https://examplebucket.s3.amazonaws.com';

describe(signS3Request.name, () => {
  it.each<Example>([
    {
      what: 'GET of part of an object',
      request: { method: 'GET', url: new URL(`${HOST}/test.txt`), headers: { range: 'bytes=0-9' } },
      names: 'host;range;x-amz-content-sha256;x-amz-date',
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      what: 'PUT of an object',
      request: {
        method: 'PUT',
        url: new URL(`${HOST}/test%24file.text`),
        headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
        bodySha256: '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      },
      names: 'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
    {
      what: 'GET with a query that has no value',
      request: { method: 'GET', url: new URL(`${HOST}/?lifecycle`), headers: {} },
      names: 'host;x-amz-content-sha256;x-amz-date',
      signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    },
    {
      what: 'GET with a query of several',
      request: { method: 'GET', url: new URL(`${HOST}/?prefix=J&max-keys=2`), headers: {} },
      names: 'host;x-amz-content-sha256;x-amz-date',
      signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    },
  ])('signs a $what as Amazon’s example does', ({ request, names, signature }) => {
    const { authorization } = signS3Request({ bodySha256: EMPTY_SHA256, ...request }, EXAMPLE, AT);

    expect(authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
        `SignedHeaders=${names}, Signature=${signature}`,
    );
  });

  it('gives the headers to send, the signed ones unchanged', () => {
    const url = new URL(`${HOST}/test.txt`);

    const headers = signS3Request(
      { method: 'GET', url, headers: { range: 'bytes=0-9' }, bodySha256: EMPTY_SHA256 },
      EXAMPLE,
      AT,
    );

    expect(headers).toMatchObject({
      range: 'bytes=0-9',
      host: 'examplebucket.s3.amazonaws.com',
      'x-amz-date': '20130524T000000Z',
      'x-amz-content-sha256': EMPTY_SHA256,
    });
  });
});
