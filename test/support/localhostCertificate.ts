/** Of an authority of its own, for localhost. Made for tests and used by nothing else. */
export const localhostCertificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBp5Sti/Mnr0IUJJf
zJwqme62dJQ5xTIUgMEhvtgaBguhRANCAATF1WJ0+anCkSjyUbCFRoSkL0w2tHGU
LnqOs5hcflNoVMeaebxi4F+/GduTGqO0ZbTJhuHijP548rVem3opayOy
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUe23qcL65iPfSZRxVAStlcz5Cq2UwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNjEyMzUzOVoYDzIxMjYxMTAy
MTIzNTM5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATF1WJ0+anCkSjyUbCFRoSkL0w2tHGULnqOs5hcflNoVMeaebxi4F+/
GduTGqO0ZbTJhuHijP548rVem3opayOyo2kwZzAdBgNVHQ4EFgQUglL5SAKnfSBu
3OAF7pSw7zUdrxAwHwYDVR0jBBgwFoAUglL5SAKnfSBu3OAF7pSw7zUdrxAwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAK09QxDBLys8oM0NhM6R4MnuSdTkNqTLODbihP8gZSRlAiEAvuzTUrqj
6ihslhvKEMs/7TmrjAcINnbOt7GvdxGmKyU=
-----END CERTIFICATE-----`,
};
