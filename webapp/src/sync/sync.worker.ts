import { host } from './host'

host(self)
