import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { NoSchemaIntrospectionCustomRule } from 'graphql';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { Projecting } from '../event-sourcing/projecting.js';
import type { Settings } from '../settings.js';
import { EVENT_STORE, PROJECTOR, SETTINGS } from '../tokens.js';
import { formatted, withVariables } from './execution.js';
import { tokensMax } from './limits.js';
import { Moments } from './moments.js';
import { NodeRegistry } from './node.js';
import { NodeResolver } from './node.resolver.js';
import { type Resolved, touchedUp } from './schema-touches.js';
import { ValidArguments } from './valid-arguments.pipe.js';

const mercuriusOptions = ({ introspection }: Settings): MercuriusDriverConfig => {
  let resolved: Resolved = {};
  return {
    autoSchemaFile: true,
    sortSchema: true,
    transformResolvers: (resolvers) => {
      const each = Array.isArray(resolvers) ? resolvers : [resolvers];
      resolved = Object.fromEntries(each.flatMap((some) => Object.entries(some)));
      return resolved as Exclude<typeof resolvers, unknown[]>;
    },
    transformSchema: (schema) => touchedUp(schema, resolved),
    // The routes are our own (`http.ts`): Mercurius' miss what GraphQL over HTTP asks for.
    routes: false,
    // An operation that comes a second time is compiled.
    jit: 1,
    graphql: { parseOptions: { maxLexicalTokens: tokensMax } },
    validationRules: introspection ? [] : [NoSchemaIntrospectionCustomRule],
    errorFormatter: formatted as never,
    hooks: { preExecution: withVariables },
  };
};

/** The schema's root and what every resolver leans on. */
@Global()
@Module({})
export class ApiModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, ...mercuriusOptions(settings) }),
      ],
      providers: [
        NodeRegistry,
        NodeResolver,
        { provide: APP_PIPE, useClass: ValidArguments },
        {
          provide: Moments,
          inject: [EVENT_STORE, PROJECTOR, SETTINGS],
          useFactory: (store: EventStore, projector: Projecting, { limits }: Settings) =>
            new Moments(store, projector, limits.waitMs),
        },
      ],
      exports: [NodeRegistry, Moments, GraphQLModule],
    };
  }
}
