/** The headers of every answer are those that Helmet would set. */
import helmet from '@fastify/helmet';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { SECURITY_HEADERS } from './security-headers.ts';

it('what every answer tells browsers is what Helmet sets, with a policy that lets nothing foreign in', async () => {
  const app = Fastify();
  const [none, self] = [["'none'"], ["'self'"]];
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: none,
        scriptSrc: self,
        styleSrc: self,
        imgSrc: [...self, 'data:'],
        connectSrc: self,
        frameAncestors: none,
        baseUri: none,
        formAction: self,
      },
    },
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  app.get('/', async () => '');
  const { headers } = await app.inject('/');
  const ofFastify = ['content-type', 'content-length', 'date', 'connection'];
  for (const name of ofFastify) delete headers[name];
  expect(SECURITY_HEADERS).toEqual(headers);
});
