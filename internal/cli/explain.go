package cli

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"chaski/internal/domain/fault"
	"chaski/internal/ops"
)

// lookAt looks at the data directory before a command opens it.
func lookAt(c *cobra.Command, args []string, dir string) error {
	asksForHelp := slices.ContainsFunc(args, func(a string) bool { return slices.Contains([]string{"-h", "--help", "-v", "--version"}, a) })
	if !c.Runnable() || !c.HasParent() || asksForHelp {
		return nil
	}
	switch c.Name() {
	case "serve":
		return ops.LookAt(dir, ops.Serve)
	case "verify", "figures", "backup": // also on a disk that takes no writes
		return ops.LookAt(dir, ops.Read)
	case "restore", "health": // the one is for what is damaged, the other looks at no directory
		return nil
	}
	return ops.LookAt(dir, ops.Write)
}

// explain says in Spanish, with what to do, why the system did not let a command
// work. What explains itself already stays as it is.
func explain(err error, dir string) error {
	var network *net.OpError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ops.ErrFolder):
		return err
	case errors.As(err, &network) && network.Op == "listen":
		return cannotListen(network)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("no se puede escribir en %s: su disco está montado solo para lectura; revíselo (dmesg), móntelo para escritura y repita (%w)", dir, err)
	}
	switch code := fault.Of(err).Code; {
	case code == fault.StorageFull:
		return fmt.Errorf("no hay espacio en el disco%s para escribir: borre respaldos antiguos y carpetas reemplazado-… y repita; lo guardado está intacto (%w)", left(dir), err)
	case code == fault.DataBusy:
		return fmt.Errorf("otro programa tiene ocupada la base de datos de %s (una consola de SQLite, una copia, otra orden): ciérrelo y repita; lo guardado está intacto (%w)", dir, err)
	case code == fault.DataDamaged:
		return ops.Damaged(dir, err)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("la cuenta que ejecuta Chaski no puede usar los archivos de %s: hágala su dueña (chown -R CUENTA %s) o use la cuenta del servidor (%w)", dir, dir, err)
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%s no es una carpeta: indique con --dir la carpeta de los datos (%w)", dir, err)
	}
	return err
}

func left(dir string) string {
	free, err := ops.DiskFree(dir)
	if err != nil || free < 0 {
		return ""
	}
	return fmt.Sprintf(" de %s (quedan %d MB)", dir, free>>20)
}

func cannotListen(e *net.OpError) error {
	switch {
	case errors.Is(e, syscall.EADDRINUSE):
		return fmt.Errorf("otro programa ya atiende en %s: deténgalo o elija otra dirección con --http o --https (%w)", e.Addr, e)
	case errors.Is(e, syscall.EACCES):
		return fmt.Errorf("la cuenta que ejecuta Chaski no puede atender en %s: use un puerto desde 1024, o dele el permiso CAP_NET_BIND_SERVICE (%w)", e.Addr, e)
	case errors.Is(e, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%s no es una dirección de esta computadora: corrija --http o --https (%w)", e.Addr, e)
	}
	return e
}
