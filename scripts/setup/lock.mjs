import fs from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { inRoot } from './root.mjs'

const LOCK = inRoot('.setup.lock')

/** Runs `work` while no other process of this clone does; a lock whose owner died is taken over. */
export async function withLock(work) {
  while (!acquire()) await sleep(200)
  try {
    return await work()
  } finally {
    fs.rmSync(LOCK, { force: true })
  }
}

function acquire() {
  try {
    fs.writeFileSync(LOCK, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (!ownerIsAlive()) fs.rmSync(LOCK, { force: true })
    return false
  }
}

function ownerIsAlive() {
  try {
    const pid = Number(fs.readFileSync(LOCK, 'utf8'))
    return pid > 0 ? process.kill(pid, 0) : isFresh()
  } catch (error) {
    return error.code === 'EPERM'
  }
}

// Created but not yet written: another process is between the two.
function isFresh() {
  return Date.now() - fs.statSync(LOCK).mtimeMs < 5000
}
