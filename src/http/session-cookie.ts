/** The session's cookie: `__Host-session` over https, `session` over http; never readable for scripts. */
import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SESSION_DAYS } from '../accounts/sessions.ts';

/** Over https itself, or as the trusted proxy says. */
export function isOverHttps(request: FastifyRequest): boolean {
  return request.protocol === 'https';
}

/** `__Host-` is taken only with Secure, Path=/ and no Domain (RFC 6265bis §4.1.3.2). */
function nameOf(request: FastifyRequest): string {
  return isOverHttps(request) ? '__Host-session' : 'session';
}

export function readSessionKey(request: FastifyRequest): string | undefined {
  return request.cookies[nameOf(request)];
}

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, key: string): void {
  const maxAge = SESSION_DAYS * 86_400;
  reply.setCookie(nameOf(request), key, { ...attributesOf(request), maxAge });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(nameOf(request), attributesOf(request));
}

function attributesOf(request: FastifyRequest): {
  path: string;
  httpOnly: boolean;
  sameSite: 'strict';
  secure: boolean;
} {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: isOverHttps(request) };
}
