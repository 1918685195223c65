/** A token of a CXN expression: a keyword or operator, or an operand. */
export type Token = string | Expression

/** A segment of a path; with an infix filter if it has a `where`, and with the arguments of a view if it has `args`. */
export type Segment =
  string | { readonly id: string; readonly where?: readonly Token[]; readonly args?: object }

/**
 * An operand in CXN, as far as conditions have them.
 *
 * @see https://cap.cloud.sap/docs/cds/cxn
 */
export interface Expression {
  readonly ref?: readonly Segment[]
  readonly val?: unknown
  readonly xpr?: readonly Token[]
  readonly func?: string
  readonly args?: readonly Token[]
  readonly list?: readonly Token[]
  readonly SELECT?: Subquery
}

/** A subquery, as far as conditions have them. */
export interface Subquery {
  readonly from?: { readonly ref?: readonly Segment[]; readonly as?: string }
  readonly where?: readonly Token[]
}

/** Comparison operators with one meaning: `==` and `!=` know null, as in CQL. */
export type Comparison = '=' | '==' | '!=' | '<>' | '<' | '<=' | '>' | '>='

/** The tokens of one operand; more than one for `a + b` and the like. */
export type Operand = readonly Token[]

/** A parsed condition. `tokens` is how it was written. */
export type Condition = { readonly tokens: readonly Token[] } & (
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | {
      readonly kind: 'compare'
      readonly operator: Comparison
      readonly left: Operand
      readonly right: Operand
    }
  | {
      readonly kind: 'like'
      readonly value: Operand
      readonly pattern: Operand
      /** The character before one that stands for itself. */
      readonly escape?: string | undefined
    }
  | {
      readonly kind: 'between'
      readonly value: Operand
      readonly low: Operand
      readonly high: Operand
    }
  | { readonly kind: 'null'; readonly value: Operand }
  | { readonly kind: 'in'; readonly value: Operand; readonly query: Expression }
  | { readonly kind: 'exists'; readonly target: Expression }
  | { readonly kind: 'bare'; readonly value: Operand }
)

/** A column of a query; with `expand` or `inline` for records of an association. */
export interface Column extends Expression {
  readonly as?: string
  readonly expand?: readonly (Column | '*')[]
  readonly inline?: readonly (Column | '*')[]
  readonly where?: readonly Token[]
  readonly having?: readonly Token[]
  readonly groupBy?: readonly Expression[]
  readonly orderBy?: readonly Expression[]
}

/** Source of a query: records at the end of a path, or those of another query, as for the steps of `$apply`. */
export interface Source {
  readonly ref?: readonly Segment[]
  readonly as?: string
  readonly SELECT?: Select
}

/** SELECT with the clauses that are read here. */
export interface Select {
  readonly from?: Source
  readonly columns?: readonly (Column | '*')[]
  readonly where?: readonly Token[]
  readonly having?: readonly Token[]
  readonly groupBy?: readonly Expression[]
  readonly orderBy?: readonly Expression[]
  /** Recursion of a step of `$apply` along a hierarchy. */
  readonly recurse?: object
}

/** Query with the clauses that are read here. */
export interface Query {
  readonly SELECT?: Select
  readonly INSERT?: { readonly entries?: object[] }
  readonly UPDATE?: { readonly entity?: Source; readonly where?: Token[]; readonly with?: object }
  readonly DELETE?: { readonly from?: Source; readonly where?: Token[] }
}
