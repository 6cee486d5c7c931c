import { Module } from '@nestjs/common';
import { StakeholdersModule } from '../stakeholders/stakeholders.module.js';
import { EventsResolver } from './events.resolver.js';

@Module({ imports: [StakeholdersModule], providers: [EventsResolver] })
export class AuditModule {}
