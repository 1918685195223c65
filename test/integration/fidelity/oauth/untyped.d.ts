/* These packages bring no types. */
declare module 'express-session'
declare module 'passport'
declare module 'passport-oauth2'
declare module 'passport-openidconnect'
declare module 'simple-oauth2'
