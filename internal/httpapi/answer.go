package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// asks serves a route whose request is its path alone.
func asks(serve func(echo.Context) (any, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		out, err := serve(c)
		return answered(c, out, err)
	}
}

// takes serves a route whose request has a shape: the query of a GET, the JSON
// body of any other.
func takes[Q any](serve func(echo.Context, Q) (any, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		var q Q
		read := bind
		if c.Request().Method == http.MethodGet {
			read = query
		}
		if err := read(c, &q); err != nil {
			return err
		}
		out, err := serve(c, q)
		return answered(c, out, err)
	}
}

// answered writes what a use case answered, which may be nothing, or hands its
// fault on.
func answered(c echo.Context, out any, err error) error {
	switch {
	case err != nil:
		return err
	case out == nil:
		return c.NoContent(http.StatusNoContent)
	}
	return c.JSON(http.StatusOK, out)
}

// as gives what a use case answered the shape it has on the wire.
func as[T, S any](shape func(T) S) func(T, error) (any, error) {
	return func(x T, err error) (any, error) {
		if err != nil {
			return nil, err
		}
		return shape(x), nil
	}
}

// items is a whole list.
func items[T, S any](shape func(T) S) func([]T, error) (any, error) {
	return as(func(all []T) map[string]any { return map[string]any{"items": each(all, shape)} })
}

// page is a part of a list of so many, a page of which has at most size.
func page[T, S any](size int, shape func(T) S) func([]T, int64, error) (any, error) {
	return func(some []T, total int64, err error) (any, error) {
		if err != nil {
			return nil, err
		}
		return map[string]any{"items": each(some, shape), "total": total, "page": size}, nil
	}
}

func each[T, S any](all []T, shape func(T) S) []S {
	out := make([]S, len(all))
	for i, x := range all {
		out[i] = shape(x)
	}
	return out
}

// itself is what has on the wire the shape that the use cases give it.
func itself[T any](x T) T { return x }

// list writes an empty list as [], never as null.
func list[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}
