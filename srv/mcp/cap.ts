import cds from '@sap/cds'
import type { RequestHandler } from 'express'

/** An element of an entity, or a parameter: with its annotations, as CAP links it. */
export interface Element {
  readonly name: string
  readonly type?: string
  readonly key?: boolean
  readonly virtual?: boolean
  readonly notNull?: boolean
  readonly default?: object
  readonly length?: number
  readonly precision?: number
  readonly scale?: number
  readonly enum?: Readonly<Record<string, { readonly val?: unknown }>>
  readonly items?: Element
  readonly elements?: Readonly<Record<string, Element>>
  readonly isAssociation?: boolean
  readonly doc?: string
  readonly [annotation: `@${string}`]: unknown
}

/** An action or a function. */
export interface Operation {
  readonly name: string
  readonly kind: string
  readonly params?: Readonly<Record<string, Element>>
  readonly returns?: Element
  readonly doc?: string
  readonly [annotation: `@${string}`]: unknown
}

/** An entity of a service. */
export interface Entity {
  readonly name: string
  readonly keys?: Readonly<Record<string, Element>> | null
  readonly elements: Readonly<Record<string, Element>>
  readonly actions?: Readonly<Record<string, Operation>>
  readonly doc?: string
  readonly [annotation: `@${string}`]: unknown
}

/** Members of CAP and of its services that its types leave out. */
export interface Service extends Omit<cds.Service, 'entities' | 'actions' | 'definition'> {
  readonly name: string
  readonly definition: Operation
  readonly entities: Iterable<Entity>
  readonly actions: Iterable<Operation>
}

interface Cap {
  readonly context: Omit<cds.EventContext, 'locale'> & { locale?: string; model?: Model }
  readonly model: Model
  readonly env: {
    protocols?: Record<string, unknown>
    server: { body_parser?: object }
    requires: { auth?: { restrict_all_services?: boolean } }
  }
  readonly i18n: {
    default_language: string
    messages: { at(key: string, locale: string, args?: unknown): string | undefined }
  }
  readonly middlewares: {
    add(handler: RequestHandler, position: { after: string }): void
  }
}

/** The definitions that types are found in. */
export interface Model {
  readonly definitions: Readonly<Record<string, Element | undefined>>
}

/** CAP, with the members that its types leave out: https://cap.cloud.sap/docs/node.js/cds-facade */
export const cap = cds as unknown as Cap

/** Returns the model of the current tenant. */
export function currentModel(): Model {
  return cap.context.model ?? cap.model
}
