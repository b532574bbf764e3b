package store

import (
	"github.com/pocketbase/pocketbase/core"
)

// Board answers what central staff see.
type Board struct {
	engine *Engine
	app    core.App
}

// NewBoard binds the board to an app.
func NewBoard(e *Engine, a core.App) *Board { return &Board{engine: e, app: a} }
