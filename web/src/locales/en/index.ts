import channel from './channel.json'
import install from './install.json'
import message from './message.json'
import settings from './settings.json'
import shared from './shared.json'

export default { ...shared, channel, install, message, settings }
