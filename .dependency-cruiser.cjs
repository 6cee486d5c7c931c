/** The rules of docs/architecture.md, "Invariants, as absences". A bare noun is pure; a dotted role lives with Nest, a driver or a protocol. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'kit-knows-no-context',
      severity: 'error',
      from: { path: '^src/event-sourcing/' },
      to: { path: ['^src/(?!event-sourcing/)', 'node_modules/@nestjs/'] },
    },
    {
      name: 'drivers-only-in-stores',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/event-sourcing/stores/'] },
      to: { path: ['^(node:)?sqlite$', 'node_modules/(@eventstore|pg)/'] },
    },
    {
      name: 'bare-nouns-are-pure',
      severity: 'error',
      from: {
        path: '^src/(stakeholders|interactions|relationships|owners|clocks|ties|guidelines|advocacy|goals)/[^./]+\\.ts$',
      },
      to: {
        path: [
          'node_modules/(@nestjs|fastify|mercurius|graphql|pino|class-validator)',
          '^(node:)?(fs|fs/promises|net|http|sqlite)$',
          '^src/graphql/',
          '\\.(handler|resolver|module|types)\\.ts$',
        ],
      },
    },
    {
      name: 'contexts-share-facts-only',
      severity: 'error',
      from: {
        path: '^src/(stakeholders|interactions|relationships|owners|clocks|ties|guidelines|advocacy|goals)/[^./]+\\.ts$',
      },
      to: {
        path: '^src/(stakeholders|interactions|relationships|owners|clocks|ties|guidelines|advocacy|goals)/',
        pathNot: [
          '^src/$1/',
          '/(stakeholder|affiliation|belonging|handle|group-tree|interaction|relationship|ownership|colleague)\\.ts$',
        ],
      },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: ['\\.d\\.ts$', '\\.spec\\.ts$'] },
      to: {},
    },
    {
      name: 'tests-stay-outside',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.(spec|contract)\\.ts$|specification\\.ts$' },
      to: { path: ['^test/', '\\.spec\\.ts$', '\\.contract\\.ts$'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      mainFields: ['module', 'main'],
    },
  },
};
