package territory

// departmentsOfReniec are the departments by the first two digits of RENIEC's
// ubigeo, which is another numbering than INEI's: both follow the alphabet, but
// INEI puts Callao at 07 and RENIEC at 24, so that from 07 to 24 all differ
// (Lima is 15 for INEI and 14 for RENIEC). Provinces and districts are numbered
// apart too: of 1,893 rows of the tables that set both side by side 1,782 differ.
var departmentsOfReniec = [...]string{
	"Amazonas", "Áncash", "Apurímac", "Arequipa", "Ayacucho", "Cajamarca", "Cusco", "Huancavelica", "Huánuco", "Ica", "Junín",
	"La Libertad", "Lambayeque", "Lima", "Loreto", "Madre de Dios", "Moquegua", "Pasco", "Piura", "Puno", "San Martín", "Tacna",
	"Tumbes", "Callao", "Ucayali",
}

// DepartmentOfReniec is the name of the department in which a ubigeo lies if it
// is one of RENIEC's; "" if it is none.
func DepartmentOfReniec(ubigeo string) string {
	if len(ubigeo) != 6 || ubigeo[0] < '0' || ubigeo[0] > '9' || ubigeo[1] < '0' || ubigeo[1] > '9' {
		return ""
	}
	n := int(ubigeo[0]-'0')*10 + int(ubigeo[1]-'0')
	if n < 1 || n > len(departmentsOfReniec) {
		return ""
	}
	return departmentsOfReniec[n-1]
}
