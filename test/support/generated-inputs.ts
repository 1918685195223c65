import fc from 'fast-check'

/** Generated inputs are the same in every run; `FC_SEED=<number>` tries others. */
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20_261_121) })

export { fc }
