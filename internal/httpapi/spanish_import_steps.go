package httpapi

import "chaski/internal/domain/fault"

func init() {
	sentences[fault.ImportStopped] = "La importación se detuvo en la fila {row}: los datos del sistema cambiaron desde la revisión. Lo anterior ya está escrito. Revise lo que falta y continúe, o deshaga la importación."
	sentences[fault.ImportStoppedRow] = "La importación se detuvo en la fila {row} del archivo ({what}, {column}): {why} Lo anterior ya está escrito. Resuelva eso, revise lo que falta y continúe, o deshaga la importación."
}
