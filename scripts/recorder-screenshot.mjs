// Makes docs/images/recorder.jpg of a running landscape: node scripts/recorder-screenshot.mjs <address of the page>
import { chromium } from 'playwright-core'
import process from 'node:process'

const [, , address] = process.argv
if (!address) throw new Error('the address of the page is printed when "cds watch" starts')
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox']
})
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
await page.goto(address)
await page.locator('#traces button').first().waitFor()
await page.locator('#traces button', { hasText: 'POST' }).last().click()
await page.screenshot({ path: 'docs/images/recorder.jpg', quality: 60 })
await browser.close()
