import { Module } from '@nestjs/common';
import { EventsResolver } from './events.resolver.js';

@Module({ providers: [EventsResolver] })
export class AuditModule {}
