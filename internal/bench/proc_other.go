//go:build !linux

package main

import (
	"errors"
	"os/exec"
)

func (p *process) used() (usage, error) {
	return usage{}, errors.New("measured on Linux only: the CPU clock and the memory of another process are read from its kernel")
}

func (p *process) resetPeak() {}

func endsWithUs(*exec.Cmd) {}

func machine() map[string]string { return map[string]string{} }

func loadAverage() string { return "" }
