/** Environment variable with the authority whose user certificates a mock accepts; a certificate is no secret. */
export const CLOUD_CONNECTOR_CA = 'CDS_PRINCIPAL_CLOUD_CONNECTOR_CA'
