package httpapi

import "chaski/internal/domain/fault"

func init() {
	sentences[fault.ImportRowRefused] = "No se importó nada, por la fila {row} del archivo ({what}, {column}): {why} Corríjala en el archivo y vuelva a elegirlo."
}
