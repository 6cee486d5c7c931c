import type { FastifyInstance } from 'fastify';
export const serveGraphiql = async (fastify: FastifyInstance): Promise<void> => { void fastify; };
