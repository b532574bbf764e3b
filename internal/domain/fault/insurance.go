package fault

// The codes of insurance papers.
const (
	CertificateSettled  Code = "certificate_settled"
	CertificateState    Code = "certificate_state"
	CertificateDouble   Code = "certificate_double"
	CertificateStranger Code = "certificate_stranger"
	CertificateOutside  Code = "certificate_outside"
)
