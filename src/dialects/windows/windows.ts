import type { Dialect } from '../dialect'
import { printNetsh, printPowershell } from './print'

/** Windows Firewall, for PowerShell. Written only. */
export const windowsPowershell: Dialect = {
  id: 'windows-powershell',
  label: 'Windows (PowerShell)',
  fileName: 'firewall.ps1',
  detect: (text) => (/^\s*New-NetFirewallRule\s/m.test(text) ? 0.95 : 0),
  print: printPowershell,
}

/** Windows Firewall, for netsh. Written only. */
export const windowsNetsh: Dialect = {
  id: 'windows-netsh',
  label: 'Windows (netsh)',
  fileName: 'firewall.cmd',
  detect: (text) => (/^\s*netsh\s+advfirewall\s/m.test(text) ? 0.95 : 0),
  print: printNetsh,
}
