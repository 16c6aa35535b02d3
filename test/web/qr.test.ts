import { expect, test } from 'vitest'
import { qrAddress } from '../../web/qr.ts'

const svgOf = (address: string) => {
  const [head, ...picture] = qrAddress(address).split(',')
  expect(head).toBe('data:image/svg+xml')
  return decodeURIComponent(picture.join(','))
}

test('a QR code is a picture of black modules on white, with nothing that runs or loads', () => {
  const svg = svgOf('https://pay.example.com/approve.html#add/K7QMX4H2RW')
  expect(svg).toMatch(
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 (\d+) \1"><rect fill="white" width="\1" height="\1"\/><path fill="black" d="[Mhvz\d,-]+"\/><\/svg>$/,
  )
})

test('it has a light frame of four modules, without which cameras miss it', () => {
  const svg = svgOf('https://pay.example.com/approve.html')
  const size = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1])
  const corners = [...svg.matchAll(/M(\d+),(\d+)h10/g)].flatMap(([, x, y]) => [
    Number(x),
    Number(y),
  ])
  expect(Math.min(...corners)).toBe(40)
  expect(Math.max(...corners)).toBe(size - 50)
})

test('another address is another picture', () => {
  expect(svgOf('https://pay.example.com/approve.html#add/K7QMX4H2RW')).not.toBe(
    svgOf('https://pay.example.com/approve.html#add/K7QMX4H2RX'),
  )
})
