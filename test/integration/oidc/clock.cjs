// Loaded into the process of a sample: its clock is ahead by the milliseconds in a file, so that a test can turn it.
const { readFileSync } = require('node:fs')
const { env } = require('node:process')

const now = Date.now
Date.now = () => now() + Number(readFileSync(env.CLOCK_FILE, 'utf8'))
