import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './ui/shell/tokens.css'
import './ui/shell/components.css'
import { createRoot } from 'react-dom/client'
import { start } from './ui/shell/start'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no element with the id root')
void start(createRoot(root))
