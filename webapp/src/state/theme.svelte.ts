const KEY = 'chaski-theme'

/** "Sol": high contrast for a screen in full sun. */
class Theme {
  sol = $state(localStorage.getItem(KEY) === 'sol')

  apply(): void {
    document.documentElement.dataset['theme'] = this.sol ? 'sol' : 'normal'
  }

  toggle(): void {
    this.sol = !this.sol
    localStorage.setItem(KEY, this.sol ? 'sol' : 'normal')
    this.apply()
  }
}

export const theme = new Theme()
