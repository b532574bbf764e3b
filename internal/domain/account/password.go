package account

import (
	"strings"
	"unicode/utf8"

	"chaski/internal/domain/fault"
)

// The bounds of a password: characters at least, bytes at most (what bcrypt
// reads; the rest would be silently ignored).
const (
	PasswordMin = 10
	PasswordMax = 71
)

// guessed are the stems that guessing begins with. A password that is one of
// them with digits and signs around is refused.
var guessed = []string{
	"password", "contrasena", "contraseña", "clave", "qwerty", "qwertyuiop", "asdfghjkl", "admin", "administrador",
	"administrator", "usuario", "supervisor", "coordinador", "ejecutor", "bienvenido", "welcome", "letmein", "iloveyou",
	"teamo", "peru", "perú", "lima", "llamkasun", "llamkasunperu", "chaski", "trabaja", "trabajaperu", "municipalidad",
	"sistema", "prueba", "test", "temporal", "secreto", "secret", "master", "abc", "abcd", "abcdef",
}

// CheckPassword refuses what is guessed first: short, one of the known stems
// with digits around it, few different characters, or the person's own name or
// address. Length is what counts; no mixture of classes is demanded.
// It is PasswordShort, PasswordLong or PasswordGuessable of field "password".
// webapp/src/domain/password.ts is the same rule.
func CheckPassword(password, email, name string) error {
	if utf8.RuneCountInString(password) < PasswordMin {
		return fault.New(fault.PasswordShort, "password")
	}
	if len(password) > PasswordMax {
		return fault.New(fault.PasswordLong, "password")
	}
	lower := strings.ToLower(password)
	if distinct(lower) < 5 || isGuessed(lower) || isRun(lower) || holdsOwn(lower, email, name) {
		return fault.New(fault.PasswordGuessable, "password")
	}
	return nil
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

func isGuessed(lower string) bool {
	stem := strings.Trim(lower, "0123456789 .,;:-_!¡?¿@#$%&*+/()=")
	for _, g := range guessed {
		if stem == g {
			return true
		}
	}
	return stem == ""
}

// isRun says whether each character follows the one before: abcdefghij, 9876543210.
func isRun(lower string) bool {
	runes := []rune(lower)
	up, down := 0, 0
	for i := 1; i < len(runes); i++ {
		switch runes[i] - runes[i-1] {
		case 1:
			up++
		case -1:
			down++
		}
	}
	return max(up, down) >= len(runes)-2
}

func holdsOwn(lower, email, name string) bool {
	own := strings.Fields(strings.ToLower(name))
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	for _, part := range append(own, local) {
		if utf8.RuneCountInString(part) >= 4 && utf8.RuneCountInString(lower)-utf8.RuneCountInString(part) < 6 && strings.Contains(lower, part) {
			return true
		}
	}
	return false
}
